import { expect } from 'vitest';
import { type SendplanMatchers, sendplanMatchers } from './matchers.js';

// Importing this file, in a test or as one of vitest's `setupFiles`, is all it takes.

expect.extend(sendplanMatchers);

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the parameter and its default must be those of vitest's declaration
  interface Matchers<T = any> extends SendplanMatchers<void> {}
}
