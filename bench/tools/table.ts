/** A table of texts; its first columns are set left, numbers in the others right. */
export interface TextTable {
  /** How many columns are set left; one when left out. */
  readonly leftColumns?: number;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How results are printed. */
export type TableStyle = 'text' | 'markdown';

function widthsOf({ head, rows }: TextTable): number[] {
  return head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => (row[i] ?? '').length)));
}

/** Draws a table for a terminal or as Markdown; both are aligned, so that they read well as plain text too. */
export function drawTable(table: TextTable, style: TableStyle): string {
  const widths = widthsOf(table);
  const { leftColumns = 1 } = table;
  const cell = (text: string, i: number) => (i < leftColumns ? text.padEnd(widths[i]) : text.padStart(widths[i]));
  const isMarkdown = style === 'markdown';
  const line = (row: readonly string[]) => {
    const cells = table.head.map((_, i) => cell(row[i] ?? '', i));
    return isMarkdown ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  };
  const rules = widths.map((width, i) =>
    isMarkdown && i >= leftColumns ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(table.head), line(rules), ...table.rows.map(line)].join('\n');
}

/** A sentence about a table, as a note under it. */
export function drawNote(text: string, style: TableStyle): string {
  return style === 'markdown' ? `\n${text}` : text;
}
