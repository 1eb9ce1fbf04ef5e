export { shownName } from '@visavis/protocol';
