type Cell = string | number | null;

/** One cell: quoted where it must be, and defused where a spreadsheet would take it for a formula. */
function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as CSV (RFC 4180) with a byte order mark, without which Excel spoils Chinese. */
export function csv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return `\uFEFF${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
