/** The forms in which rows can be taken out. */
export const EXPORT_FORMATS = ['csv', 'json', 'arrow', 'parquet'] as const;

/** One of `EXPORT_FORMATS`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
