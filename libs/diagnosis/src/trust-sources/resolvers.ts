import { boto3 } from './boto3.ts';
import { conda } from './conda.ts';
import { curl } from './curl.ts';
import { git } from './git.ts';
import { httplib2 } from './httplib2.ts';
import { node } from './node.ts';
import { pip } from './pip.ts';
import { requests } from './requests.ts';
import { shotgunApi3Crud } from './shotgun-api3-crud.ts';
import { shotgunApi3Form } from './shotgun-api3-form.ts';
import { shotgunApi3S3 } from './shotgun-api3-s3.ts';
import { ssl } from './ssl.ts';
import { toolkitUrlopen } from './toolkit-urlopen.ts';
import type { Resolvers, ResolveSource } from './types.ts';
import { urllib3 } from './urllib3.ts';

/** Every client's own way to its anchors, one file each. */
export const RESOLVERS: Resolvers = {
  ssl,
  requests,
  urllib3,
  httplib2,
  pip,
  conda,
  boto3,
  'shotgun_api3.crud': shotgunApi3Crud,
  'shotgun_api3.form': shotgunApi3Form,
  'shotgun_api3.s3': shotgunApi3S3,
  'toolkit.urlopen': toolkitUrlopen,
  curl,
  git,
  node,
};

/** One consumer's trust source. Pure; never throws for what the facts say or lack. */
export const resolveSource: ResolveSource = (consumer, facts) => RESOLVERS[consumer.client](consumer, facts);
