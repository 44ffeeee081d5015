/**
 * What a picture shows, without its light: on a coarse grid, where edges run and which way. Day and night of one street agree in it,
 * two streets do not.
 */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /**
   * Two numbers a cell, -127..127: a vector as long as the edge is clear, at twice the edge's angle. Twice, so that dark against light
   * and light against dark are the same edge.
   */
  readonly edges: Int8Array;
}

export interface ViewSignature {
  readonly fine: Grid;
  /** Half as many cells each way, for searching far. */
  readonly coarse: Grid;
}

export const fineColumns = 80;
export const fineRows = 40;
/** Points in each direction that are averaged for a cell. */
const points = 4;
/** Least contrast that is an edge and not noise, grey levels. */
const noise = 2;

/** Mean luminance of each cell. */
function cellsOf(rgb: Uint8Array, width: number, height: number): Float32Array {
  const cells = new Float32Array(fineColumns * fineRows);
  const offsets = Int32Array.from({ length: fineColumns * points }, (_, i) => Math.floor(((i + 0.5) * width) / (fineColumns * points)) * 3);
  for (let y = 0; y < fineRows * points; y += 1) {
    const line = Math.floor(((y + 0.5) * height) / (fineRows * points)) * width * 3;
    const row = Math.floor(y / points) * fineColumns;
    for (let column = 0; column < fineColumns; column += 1) {
      let sum = 0;
      for (let x = column * points; x < (column + 1) * points; x += 1) {
        const i = line + offsets[x]!;
        sum += rgb[i]! * 77 + rgb[i + 1]! * 150 + rgb[i + 2]! * 29;
      }
      cells[row + column]! += sum / (256 * points * points);
    }
  }
  return cells;
}

function coarsened({ columns, rows, edges }: Grid): Grid {
  const half = new Int8Array(edges.length / 4);
  for (let y = 0; y < rows / 2; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      // x counts numbers, two a cell: cells 2n and 2n+1 lie two numbers apart
      const i = 2 * (2 * y * columns) + 4 * (x >> 1) + (x & 1);
      const below = i + 2 * columns;
      half[y * columns + x] = (edges[i]! + edges[i + 2]! + edges[below]! + edges[below + 2]!) / 4;
    }
  }
  return { columns: columns / 2, rows: rows / 2, edges: half };
}

export function signatureFrom(edges: Int8Array): ViewSignature {
  const fine = { columns: fineColumns, rows: fineRows, edges };
  return { fine, coarse: coarsened(fine) };
}

/** Signature of a picture. Pure; half a millisecond. @param rgb width × height × 3 bytes */
export function signatureOf(rgb: Uint8Array, width: number, height: number): ViewSignature {
  const cells = cellsOf(rgb, width, height);
  const across = new Float32Array(cells.length);
  const down = new Float32Array(cells.length);
  // every third is enough for the usual one
  const squares = new Float32Array(Math.ceil(cells.length / 3));
  for (let y = 1; y < fineRows - 1; y += 1) {
    for (let x = 1; x < fineColumns - 1; x += 1) {
      const i = y * fineColumns + x;
      const [a, d] = [cells[i + 1]! - cells[i - 1]!, cells[i + fineColumns]! - cells[i - fineColumns]!];
      across[i] = a;
      down[i] = d;
      if (i % 3 === 0) squares[i / 3] = a * a + d * d;
    }
  }
  // clear is what is clear beside the rest of the picture: a dim street has dim edges
  const usual = Math.max(noise * noise, squares.sort()[squares.length >> 1]!);
  const edges = new Int8Array(2 * cells.length);
  for (let i = 0; i < cells.length; i += 1) {
    const [a, d] = [across[i]!, down[i]!];
    const square = a * a + d * d;
    if (square === 0) continue;
    const clear = 127 / (square + usual);
    edges[2 * i] = Math.round(clear * (a * a - d * d));
    edges[2 * i + 1] = Math.round(clear * 2 * a * d);
  }
  return signatureFrom(edges);
}
