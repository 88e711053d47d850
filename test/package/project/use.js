import { plan } from './plan.js';

console.log(await plan());
