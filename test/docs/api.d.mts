/** One entry of the package. */
export interface PackageEntry {
  /** As `exports` of package.json names it. */
  readonly path: string;
  /** As it is imported. */
  readonly module: string;
  /** The path of its source file. */
  readonly source: string;
}

export function packageEntries(): PackageEntry[];

/** docs/api.md as it should be. */
export function apiDocument(): string;
