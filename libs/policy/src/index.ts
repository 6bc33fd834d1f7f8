export type * from './types.ts';
export { CAUSES } from './types.ts';
export {
  endpointTemplates,
  siteAddress,
  type EndpointAddress,
  type EndpointProposal,
} from './endpoint-templates.ts';
export { evaluatePolicy, factsRead } from './evaluate-policy.ts';
export { anchorStatus } from './rules/anchor-required/anchor-status.ts';
export { userNames } from './rules/anchor-required/bundle-users.ts';
export { outcomeOf, predictionDiffers } from './rules/endpoints-verify/verdict-standing.ts';
