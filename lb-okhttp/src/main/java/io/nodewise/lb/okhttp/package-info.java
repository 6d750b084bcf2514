/**
 * Load balancing under an ordinary {@code OkHttpClient}; {@link
 * io.nodewise.lb.okhttp.LoadBalancedOkHttp} is the entry. Calls lb-core's exported packages and
 * OkHttp; nothing here keeps a node's state, which is lb-core's alone.
 */
@NullMarked
package io.nodewise.lb.okhttp;

import org.jspecify.annotations.NullMarked;
