export { columns, count, plain, someOf } from './text.ts';
