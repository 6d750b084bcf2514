package io.nodewise.examples.demo.load;

/** The S3 operations of the load. */
public enum Op {
  PUT,
  /** A PUT that is half sent when a fault strikes, see {@link UploadBurst}. */
  UPLOAD,
  GET,
  HEAD,
  LIST,
  DELETE,
  COPY,
  CREATE_MULTIPART,
  UPLOAD_PART,
  COMPLETE_MULTIPART
}
