// Loaded into a measured process before anything else: at its end it tells its peak memory on file descriptor 3.

import { writeSync } from 'node:fs';

process.once('exit', () => {
  // Kilobytes on every platform, as Node documents it.
  writeSync(3, String(process.resourceUsage().maxRSS * 1024));
});
