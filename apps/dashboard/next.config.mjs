import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  agentRules: false,
  // Workspace packages live beside this folder; the root is named so that no lock file elsewhere moves it.
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
};
