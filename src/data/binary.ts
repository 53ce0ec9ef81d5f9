import { DataError } from '../errors.ts';

/** How a binary file of a kind begins, what it is called, and what to do with it. */
const kinds: { magic: readonly number[]; at?: number; name: string; fix: string }[] = [
  { magic: [0x1f, 0x8b], name: 'gzip', fix: 'unpack it first: gunzip FILE' },
  { magic: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4, name: 'bzip2', fix: 'unpack it first: bunzip2 FILE' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: 'xz', fix: 'unpack it first: unxz FILE' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'Zstandard', fix: 'unpack it first: unzstd FILE' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], name: '7-Zip', fix: 'unpack it first' },
  { magic: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], name: 'Arrow', fix: 'export it as CSV or JSON Lines' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], name: 'Excel or other Office, .xls', fix: 'save the sheet as "CSV UTF-8"' },
  { magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], name: 'SQLite', fix: 'export the table as CSV' },
  { magic: [0x89, 0x50, 0x4e, 0x47], name: 'PNG image', fix: 'name a file of texts' },
  { magic: [0xff, 0xd8, 0xff], name: 'JPEG image', fix: 'name a file of texts' },
  { magic: [0x47, 0x49, 0x46, 0x38], name: 'GIF image', fix: 'name a file of texts' },
  { magic: [0x25, 0x50, 0x44, 0x46, 0x2d], name: 'PDF', fix: 'export its table as CSV' },
  { magic: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257, name: 'tar', fix: 'unpack it first: tar -xf FILE' },
  { magic: [0x89, 0x48, 0x44, 0x46], name: 'HDF5', fix: 'export the table as CSV' },
  { magic: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], name: 'NumPy', fix: 'export the table as CSV' },
  { magic: [0x7f, 0x45, 0x4c, 0x46], name: 'program', fix: 'name a file of texts' },
];

/** @throws DataError when the bytes are those of a file that holds no text, with its kind where that is known. */
export function refuseBinary(head: Uint8Array, name: string): void {
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) {
    const names = new TextDecoder('latin1').decode(head.subarray(0, 64 << 10));
    const isSheet = names.includes('xl/') || names.includes('[Content_Types].xml');
    throw isSheet
      ? binary('Excel, .xlsx', name, 'save the sheet as "CSV UTF-8"')
      : binary('zip', name, 'unpack it first: unzip FILE');
  }
  // A text may well begin with the letters of a kind; a binary file has NULs besides.
  const hasNul = head.includes(0);
  const kind = kinds.find(
    ({ magic, at }) => startsWith(head, magic, at) && (hasNul || magic.some((byte) => byte > 0x7e)),
  );
  if (kind !== undefined) throw binary(kind.name, name, kind.fix);
  // Text has tabs and line ends, hardly any other control character. NULs are left to the encoding: UTF-16 is full of them.
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && byte !== 0 && !(byte >= 0x09 && byte <= 0x0d)) controls++;
  if (controls > 8 && controls > head.length / 50) {
    throw new DataError('this is not text: it is full of control characters', {
      where: name,
      fix: 'name a CSV, TSV or JSON Lines file',
    });
  }
}

function startsWith(head: Uint8Array, magic: readonly number[], at = 0): boolean {
  return magic.every((byte, i) => head[at + i] === byte);
}

function binary(kind: string, where: string, fix: string): DataError {
  return new DataError(`this file is binary (${kind}), not text`, { where, fix });
}
