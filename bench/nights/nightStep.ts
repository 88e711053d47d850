// One step of comparing nights, in a process of its own: `node nightStep.js STEP PARAMETERS`; prints one line of JSON.

import { replaceBySelect } from '../rivals/setBasedSqlite.js';
import { subsetDay } from '../rivals/subset.js';
import { findChanges, upsertChanges } from './nightRivals.js';
import { editPeople } from './sender.js';

const STEPS: Readonly<Record<string, (...parameters: string[]) => unknown>> = {
  replace: (path, asOf) => replaceBySelect(path, subsetDay(asOf)),
  upsert: upsertChanges,
  findChanges,
  editPeople: (path, night) => editPeople(path, Number(night)),
};

const [step, ...parameters] = process.argv.slice(2);
if (!Object.hasOwn(STEPS, step)) throw new Error(`unknown step ${step}`);
process.stdout.write(JSON.stringify(STEPS[step](...parameters)));
