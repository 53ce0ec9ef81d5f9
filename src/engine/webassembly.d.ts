/** The part of Node's `WebAssembly` that is used here; its types come with those of browsers only. */
declare namespace WebAssembly {
  interface Memory {
    /** Another one after the memory has grown. */
    readonly buffer: ArrayBuffer;
  }
  function validate(bytes: Uint8Array): boolean;
  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, Record<string, Memory>>,
  ): Promise<{ instance: { exports: unknown } }>;
}
