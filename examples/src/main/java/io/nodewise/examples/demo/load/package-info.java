/** The load: paced, mixed S3 calls that know what every answer must be. Knows no faults. */
@NullMarked
package io.nodewise.examples.demo.load;

import org.jspecify.annotations.NullMarked;
