import type { Draw } from '../helpers/scanDatabases.js';

/** One way to damage a file; gives the damaged bytes, and may change those that it is given. */
type Mutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const FREELIST_FIRST = 32;
/** The fields of the header: where, and how many bytes. */
const HEADER_FIELDS = [
  ...[16, 18, 19, 20, 21, 22, 23].map((at) => ({ at, byteLength: at === 16 ? 2 : 1 })),
  ...[24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 92, 96].map((at) => ({ at, byteLength: 4 })),
];
const ODD_NUMBERS = [0, 1, 2, 3, 4, 5, 12, 255, 256, 512, 1024, 4096, 32_768, 65_535, 0x7fffffff, 0xffffffff];

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pageBytesOf(bytes: Uint8Array): number {
  const size = viewOf(bytes).getUint16(16);
  return size === 1 ? 65_536 : size;
}

function pageCountOf(bytes: Uint8Array): number {
  return Math.floor(bytes.length / pageBytesOf(bytes));
}

/** The place of a page's header, behind the file's own on page 1. */
function headerOf(bytes: Uint8Array, page: number): number {
  return (page - 1) * pageBytesOf(bytes) + (page === 1 ? 100 : 0);
}

/** The pages of a kind, by the byte that they begin with. */
function pagesOfKind(bytes: Uint8Array, kinds: readonly number[]): number[] {
  const pages: number[] = [];
  for (let page = 1; page <= pageCountOf(bytes); page++)
    if (kinds.includes(bytes[headerOf(bytes, page)])) pages.push(page);
  return pages;
}

/** Where the numbers of child pages stand on an interior page. */
function childPlaces(bytes: Uint8Array, page: number): number[] {
  const header = headerOf(bytes, page);
  const view = viewOf(bytes);
  const places = [header + 8];
  for (let i = 0; i < Math.min(view.getUint16(header + 3), 200); i++) {
    const place = (page - 1) * pageBytesOf(bytes) + view.getUint16(header + 12 + 2 * i);
    if (place + 4 <= bytes.length) places.push(place);
  }
  return places;
}

const flipBits: Mutation = (bytes, draw) => {
  for (let i = 1 + draw.below(6); i > 0; i--) bytes[draw.below(bytes.length)] ^= 1 << draw.below(8);
  return bytes;
};

const flipStructure: Mutation = (bytes, draw) => {
  for (let i = 1 + draw.below(4); i > 0; i--) {
    const at = headerOf(bytes, 1 + draw.below(pageCountOf(bytes))) + draw.below(40);
    if (draw.once(2)) bytes[at] ^= 1 << draw.below(8);
    else bytes[at] = draw.of([0, 1, 2, 5, 10, 13, 127, 128, 255]);
  }
  return bytes;
};

const cutAnywhere: Mutation = (bytes, draw) => bytes.slice(0, draw.below(bytes.length));

const cutPages: Mutation = (bytes, draw) => bytes.slice(0, (1 + draw.below(pageCountOf(bytes))) * pageBytesOf(bytes));

const swapPages: Mutation = (bytes, draw) => {
  const size = pageBytesOf(bytes);
  const [a, b] = [draw.below(pageCountOf(bytes)) * size, draw.below(pageCountOf(bytes)) * size];
  const page = bytes.slice(a, a + size);
  bytes.copyWithin(a, b, b + size);
  bytes.set(page, b);
  return bytes;
};

const copyPage: Mutation = (bytes, draw) => {
  const size = pageBytesOf(bytes);
  const from = draw.below(pageCountOf(bytes)) * size;
  bytes.copyWithin(draw.below(pageCountOf(bytes)) * size, from, from + size);
  return bytes;
};

/** Makes a page of one tree a page of another one, too. */
const sharePage: Mutation = (bytes, draw) => {
  const interior = pagesOfKind(bytes, [2, 5]);
  if (interior.length === 0) return swapPages(bytes, draw);
  const place = draw.of(childPlaces(bytes, draw.of(interior)));
  const candidates = pagesOfKind(bytes, draw.of([[2], [5], [10], [13], [13], [10]]));
  if (candidates.length > 0) viewOf(bytes).setUint32(place, draw.of(candidates));
  return bytes;
};

/** Gives a table or index the root of another: roots are the only numbers below the page count in records of page 1. */
const shareRoot: Mutation = (bytes, draw) => {
  const size = pageBytesOf(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, size * 3));
  const creates: number[] = [];
  for (let at = text.indexOf('CREATE '); at >= 0; at = text.indexOf('CREATE ', at + 1)) creates.push(at);
  if (creates.length === 0) return swapPages(bytes, draw);
  bytes[draw.of(creates) - 1] = 1 + draw.below(Math.min(127, pageCountOf(bytes)));
  return bytes;
};

const changeHeader: Mutation = (bytes, draw) => {
  const { at, byteLength } = draw.of(HEADER_FIELDS);
  const number = draw.once(2) ? draw.of(ODD_NUMBERS) : draw.below(pageCountOf(bytes) + 3);
  for (let i = 0; i < byteLength; i++) bytes[at + i] = (number >>> (8 * (byteLength - 1 - i))) & 255;
  return bytes;
};

/** Puts pages that are in use, or none, into the list of free pages. */
const damageFreelist: Mutation = (bytes, draw) => {
  const view = viewOf(bytes);
  const pageCount = pageCountOf(bytes);
  const trunk = view.getUint32(FREELIST_FIRST);
  if (trunk === 0 || trunk > pageCount || draw.once(3)) {
    view.setUint32(FREELIST_FIRST, draw.below(pageCount + 2));
    if (draw.once(2)) view.setUint32(FREELIST_FIRST + 4, 1 + draw.below(pageCount));
    return bytes;
  }
  const start = (trunk - 1) * pageBytesOf(bytes);
  const leafCount = Math.min(view.getUint32(start + 4), pageBytesOf(bytes) / 4 - 2);
  const place = start + 4 * draw.of([0, 1, 2 + draw.below(Math.max(1, leafCount))]);
  view.setUint32(place, draw.once(4) ? draw.of(ODD_NUMBERS) : draw.below(pageCount + 2));
  return bytes;
};

const fillPage: Mutation = (bytes, draw) => {
  const size = pageBytesOf(bytes);
  const start = draw.below(pageCountOf(bytes)) * size;
  const byte = draw.of([0, 0, 255, -1]);
  for (let i = start; i < start + size; i++) bytes[i] = byte < 0 ? draw.below(256) : byte;
  return bytes;
};

const addBytes: Mutation = (bytes, draw) => {
  const longer = new Uint8Array(bytes.length + 1 + draw.below(3 * pageBytesOf(bytes)));
  longer.set(bytes);
  longer.fill(draw.below(256), bytes.length);
  return longer;
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flipBits,
  flipStructure,
  cutAnywhere,
  cutPages,
  swapPages,
  copyPage,
  sharePage,
  shareRoot,
  changeHeader,
  damageFreelist,
  fillPage,
  addBytes,
};

/** A damaged copy of a database file. */
export function mutatedFile(image: Uint8Array, draw: Draw): { readonly name: string; readonly bytes: Uint8Array } {
  const name = draw.of(Object.keys(MUTATIONS));
  return { name, bytes: MUTATIONS[name](image.slice(), draw) };
}
