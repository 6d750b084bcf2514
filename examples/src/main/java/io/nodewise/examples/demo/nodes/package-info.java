/** S3 nodes as processes of their own: started, killed, hung and restarted. Knows no S3 client. */
@NullMarked
package io.nodewise.examples.demo.nodes;

import org.jspecify.annotations.NullMarked;
