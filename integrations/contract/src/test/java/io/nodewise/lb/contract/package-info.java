/**
 * What every client of a cluster must hold to: {@link io.nodewise.lb.contract.ClientContract} says
 * it, a class for each client runs it, and {@link io.nodewise.lb.contract.ContractClient} is what
 * the scenarios see of a client. Uses what users use, nothing internal.
 */
package io.nodewise.lb.contract;
