import { parentPort } from 'node:worker_threads';
import { answerLines, type Line } from './answerLines.js';

// A thread of `startOracleThreads`: lists of lines come, their answers go.

parentPort?.on('message', (lines: readonly Line[]) => parentPort?.postMessage(answerLines(lines)));
