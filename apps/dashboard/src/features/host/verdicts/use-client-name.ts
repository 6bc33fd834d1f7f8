export { useClientName } from '../../../components/use-client-name.ts';
