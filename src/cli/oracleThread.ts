import { parentPort } from 'node:worker_threads';
import { answerLines } from './answerLines.js';
import { type PackedLines, unpackLines } from './lines.js';

// A thread of `startOracleThreads`: lists of lines come, their answers go.

parentPort?.on('message', (lines: PackedLines) => parentPort?.postMessage(answerLines(unpackLines(lines))));
