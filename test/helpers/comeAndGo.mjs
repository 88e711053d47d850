// comeAndGo.mjs HOW DATABASE: does to a database and the files beside it what other programs do to them, again and again until it is
// killed; says "ready" first.
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';

const [, , how, path] = process.argv;
const image = readFileSync(path);
const journal = `${path}-journal`;
const HOT = Buffer.from([0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]);

let counter = 1;

/** The database after one more transaction, with some pages more, as its header tells. */
function after(morePages) {
  const bytes = Buffer.concat([image, Buffer.alloc(morePages * 4096)]);
  counter++;
  for (const position of [24, 92]) bytes.writeUInt32BE(counter, position);
  bytes.writeUInt32BE(bytes.length / 4096, 28);
  return bytes;
}

const DOINGS = {
  /** A transaction that changes nothing. */
  journal() {
    writeFileSync(journal, HOT);
    rmSync(journal);
  },
  /** A journal that is kept, with zeros in front, and then taken away. */
  zeros() {
    writeFileSync(journal, Buffer.alloc(512));
    rmSync(journal);
  },
  /** A transaction that adds a page, the first page being written first, and one that takes it away. */
  growth() {
    const bytes = after(1);
    writeFileSync(journal, HOT);
    writeFileSync(path, bytes.subarray(0, image.length), { flag: 'r+' });
    appendFileSync(path, bytes.subarray(image.length));
    rmSync(journal);
    writeFileSync(journal, HOT);
    writeFileSync(path, after(0), { flag: 'r+' });
    truncateSync(path, image.length);
    rmSync(journal);
  },
  /** Another file in its place. */
  place() {
    writeFileSync(`${path}.next`, image);
    renameSync(`${path}.next`, path);
  },
  /** No file, and one again. */
  absence() {
    writeFileSync(`${path}.next`, image);
    rmSync(path);
    renameSync(`${path}.next`, path);
  },
};

process.stdout.write('ready\n');
for (;;) DOINGS[how]();
