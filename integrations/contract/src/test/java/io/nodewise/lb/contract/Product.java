package io.nodewise.lb.contract;

import io.nodewise.lb.health.HealthCheck;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.services.s3.S3BaseClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** What serves S3 in this run, and what its users have to set. */
enum Product {
  /** In this JVM. */
  S3PROXY {
    @Override
    HealthCheck healthCheck() {
      return HealthCheck.s3proxy();
    }

    @Override
    <B extends S3BaseClientBuilder<B, ?>> B set(B builder) {
      return builder;
    }

    @Override
    boolean readsByPartNumber() {
      return true;
    }
  },

  /** OpenStack Swift's s3api, processes that {@code compat/run-compat} has started. */
  SWIFT {
    @Override
    HealthCheck healthCheck() {
      return HealthCheck.swift();
    }

    /** It answers 501 to chunked bodies, and so to checksums behind them. */
    @Override
    <B extends S3BaseClientBuilder<B, ?>> B set(B builder) {
      return builder
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build());
    }

    /** 405 even for what is one part. */
    @Override
    boolean readsByPartNumber() {
      return false;
    }
  };

  /** What the system property {@code nodes.product} names; S3Proxy without it. */
  static Product ofThisRun() {
    return valueOf(System.getProperty("nodes.product", S3PROXY.name()));
  }

  /** The preset that its users have. */
  abstract HealthCheck healthCheck();

  /** Whether a download may ask for part 1, as the SDK does with {@code multipartEnabled(true)}. */
  abstract boolean readsByPartNumber();

  /** Sets what a client needs beyond the defaults. */
  abstract <B extends S3BaseClientBuilder<B, ?>> B set(B builder);
}
