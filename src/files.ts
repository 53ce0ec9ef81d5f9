/**
 * How files reach code that must not know about a file system: the small interfaces that `data` fills with Node.js and
 * that a browser could fill with blobs.
 */

/** Bytes that can be read at any position. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `offset` on; rejects where the source ends before. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A folder with the files of one model, without sub-folders. */
export interface ModelFolder {
  /** The folder in words for a person: what an error message begins with. */
  readonly where: string;
  /** Names of the files in it. */
  list(): Promise<string[]>;
  /** Contents of a UTF-8 file without a byte order mark; undefined where there is no such file. */
  readText(name: string): Promise<string | undefined>;
  /** Opens a file for reading at any position; the caller closes it. */
  open(name: string): Promise<ByteSource & { close(): Promise<void> }>;
}

/** Takes the files of one model, each written once, from its beginning to its end. */
export interface ModelWriter {
  write(name: string, chunks: Iterable<Uint8Array>): Promise<void>;
}
