/**
 * Matrix products of float32, in the manner of Goto & van de Geijn (2008): blocks of both sides are copied into the order in
 * which they are read, and a tile of the result stays in registers while it is summed up.
 */

import { mulAdd } from './numbers';

// A tile: its 10 vectors of sums, two of b, one of a and one product fit the 15 registers that V8 has on x64 (6 rows do not).
const TILE_ROWS: i32 = 5;
const TILE_COLUMNS: i32 = 8;
/** Rows of a, and depth: a block of a of 150 KB stays in the second cache, a panel of b of 12 KB in the first. */
const BLOCK_ROWS: i32 = 100;
const BLOCK_DEPTH: i32 = 384;
const BLOCK_COLUMNS: i32 = 512;
const TILE_BYTES: i32 = TILE_ROWS * TILE_COLUMNS * 4;

/** Bytes of scratch memory that `product` needs, whatever the sizes. */
export function productScratch(): i32 {
  return TILE_BYTES + (BLOCK_ROWS + BLOCK_COLUMNS) * BLOCK_DEPTH * 4;
}

/**
 * c [m, n] = a [m, k] x b [k, n], added to c where `adds` is 1. Element (i, l) of a lies at a + 4 (i aRow + l aColumn), so that a
 * transposed side is one with its strides exchanged; b alike; rows of c are cRow elements apart.
 */
export function product(
  m: i32, n: i32, k: i32,
  a: usize, aRow: i32, aColumn: i32,
  b: usize, bRow: i32, bColumn: i32,
  c: usize, cRow: i32, adds: i32, scratch: usize,
): void {
  const tile = scratch;
  const packedA = scratch + TILE_BYTES;
  const packedB = packedA + BLOCK_ROWS * BLOCK_DEPTH * 4;
  // Depths and columns are shared out evenly: a narrow last block would be as dear as a whole one.
  const depths = max(1, (k + BLOCK_DEPTH - 1) / BLOCK_DEPTH);
  for (let d: i32 = 0; d < depths; d++) {
    const l0 = i32((i64(k) * d) / depths);
    const depth = i32((i64(k) * (d + 1)) / depths) - l0;
    const sums = adds != 0 || d > 0;
    for (let j0: i32 = 0; j0 < n; j0 += BLOCK_COLUMNS) {
      const columns = min(BLOCK_COLUMNS, n - j0);
      packPanels(b + (usize(l0) * bRow + usize(j0) * bColumn) * 4, columns, bColumn, depth, bRow, TILE_COLUMNS, packedB);
      for (let i0: i32 = 0; i0 < m; i0 += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, m - i0);
        packPanels(a + (usize(i0) * aRow + usize(l0) * aColumn) * 4, rows, aRow, depth, aColumn, TILE_ROWS, packedA);
        for (let j: i32 = 0; j < columns; j += TILE_COLUMNS) {
          const panelB = packedB + usize(j) * depth * 4;
          for (let i: i32 = 0; i < rows; i += TILE_ROWS) {
            const panelA = packedA + usize(i) * depth * 4;
            const out = c + (usize(i0 + i) * cRow + j0 + j) * 4;
            sumTile(depth, panelA, panelB, tile);
            giveTile(tile, min(TILE_ROWS, rows - i), min(TILE_COLUMNS, columns - j), out, usize(cRow) * 4, sums);
          }
        }
      }
    }
  }
}

/** The part of a tile that lies inside c. */
function giveTile(tile: usize, rows: i32, columns: i32, out: usize, outRow: usize, adds: bool): void {
  for (let i: i32 = 0; i < rows; i++) {
    if (columns == TILE_COLUMNS) {
      let low = v128.load(tile);
      let high = v128.load(tile, 16);
      if (adds) {
        low = f32x4.add(low, v128.load(out));
        high = f32x4.add(high, v128.load(out, 16));
      }
      v128.store(out, low);
      v128.store(out, high, 16);
    } else {
      for (let j: usize = 0; j < usize(columns) * 4; j += 4) {
        const value = load<f32>(tile + j);
        store<f32>(out + j, adds ? load<f32>(out + j) + value : value);
      }
    }
    tile += TILE_COLUMNS * 4;
    out += outRow;
  }
}

/**
 * Copies `lines` lines of `depth` elements to panels of `width` lines, [depth, width] each; lines beyond the last are 0. An
 * element's neighbour lies `line` elements on in the next line, `step` elements on in its own.
 */
function packPanels(from: usize, lines: i32, line: i32, depth: i32, step: i32, width: i32, to: usize): void {
  const whole = lines - (lines % width);
  if (line == 1) packBeside(from, whole, depth, usize(step) * 4, width, to);
  else {
    for (let first: i32 = 0; first < whole; first += width) {
      packAlong(from + usize(first) * line * 4, usize(line) * 4, depth, usize(step) * 4, width, to + usize(first) * depth * 4);
    }
  }
  if (whole == lines) return;
  const source = from + usize(whole) * line * 4;
  let out = to + usize(whole) * depth * 4;
  for (let l: i32 = 0; l < depth; l++) {
    for (let i: i32 = 0; i < width; i++) {
      const value = whole + i < lines ? load<f32>(source + (usize(i) * line + usize(l) * step) * 4) : 0;
      store<f32>(out + usize(i) * 4, value);
    }
    out += usize(width) * 4;
  }
}

/** Where the lines' elements lie side by side: as many panels at once as a cache line holds, which is then read once. */
function packBeside(from: usize, lines: i32, depth: i32, step: usize, width: i32, to: usize): void {
  const chunk = width * (16 / width);
  const next = usize(width) * depth * 4;
  for (let first: i32 = 0; first < lines; first += chunk) {
    const panels = min(chunk, lines - first) / width;
    let source = from + usize(first) * 4;
    let panel = to + usize(first) * depth * 4;
    for (let l: i32 = 0; l < depth; l++) {
      for (let p: i32 = 0; p < panels; p++) {
        const here = source + usize(p) * width * 4;
        const out = panel + usize(p) * next;
        v128.store(out, v128.load(here));
        if (width == 8) v128.store(out, v128.load(here, 16), 16);
        else store<f32>(out, load<f32>(here, 16), 16);
      }
      panel += usize(width) * 4;
      source += step;
    }
  }
}

/** One panel; where each line lies in one piece, four elements of four lines are transposed at a time. */
function packAlong(source: usize, line: usize, depth: i32, step: usize, width: i32, panel: usize): void {
  const whole = step == 4 ? depth & ~3 : 0;
  const next = usize(width) * 4;
  const square = width & ~3;
  for (let i: i32 = 0; i < square; i += 4) {
    let from = source + usize(i) * line;
    let to = panel + usize(i) * 4;
    for (let l: i32 = 0; l < whole; l += 4) {
      const row0 = v128.load(from);
      const row1 = v128.load(from + line);
      const row2 = v128.load(from + 2 * line);
      const row3 = v128.load(from + 3 * line);
      const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(to + next, v128.shuffle<f64>(low01, low23, 1, 3));
      v128.store(to + 2 * next, v128.shuffle<f64>(high01, high23, 0, 2));
      v128.store(to + 3 * next, v128.shuffle<f64>(high01, high23, 1, 3));
      from += 16;
      to += 4 * next;
    }
    for (let l = whole; l < depth; l++) {
      for (let r: i32 = 0; r < 4; r++) store<f32>(to + usize(r) * 4, load<f32>(from + usize(r) * line));
      from += step;
      to += next;
    }
  }
  for (let i = square; i < width; i++) {
    const from = source + usize(i) * line;
    let to = panel + usize(i) * 4;
    for (let l: i32 = 0; l < depth; l++) {
      store<f32>(to, load<f32>(from + usize(l) * step));
      to += next;
    }
  }
}

/**
 * tile [5, 8] = a panel of a, [depth, 5], times one of b, [depth, 8]. Exported so that it stays a function of its own: as a part
 * of `product`, V8 keeps some of the sums in memory, at half the speed.
 */
export function sumTile(depth: i32, a: usize, b: usize, tile: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00;
  const end = a + usize(depth) * TILE_ROWS * 4;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = mulAdd(s00, x, b0);
    s01 = mulAdd(s01, x, b1);
    x = v128.load32_splat(a, 4);
    s10 = mulAdd(s10, x, b0);
    s11 = mulAdd(s11, x, b1);
    x = v128.load32_splat(a, 8);
    s20 = mulAdd(s20, x, b0);
    s21 = mulAdd(s21, x, b1);
    x = v128.load32_splat(a, 12);
    s30 = mulAdd(s30, x, b0);
    s31 = mulAdd(s31, x, b1);
    x = v128.load32_splat(a, 16);
    s40 = mulAdd(s40, x, b0);
    s41 = mulAdd(s41, x, b1);
    a += TILE_ROWS * 4;
    b += TILE_COLUMNS * 4;
  }
  v128.store(tile, s00);
  v128.store(tile, s01, 16);
  v128.store(tile, s10, 32);
  v128.store(tile, s11, 48);
  v128.store(tile, s20, 64);
  v128.store(tile, s21, 80);
  v128.store(tile, s30, 96);
  v128.store(tile, s31, 112);
  v128.store(tile, s40, 128);
  v128.store(tile, s41, 144);
}
