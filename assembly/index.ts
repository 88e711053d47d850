export * from './memory';
export { planContacts } from './plan';
export { limitMovedContacts } from './limits';
export { smoothDays } from './smoothing';
export { capDays } from './cap';
