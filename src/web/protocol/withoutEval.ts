import { config } from 'zod';

// zod tries whether it may compile its schemas to code; under the page's policy that only fails, with a report of a violation.
config({ jitless: true });
