import { installRuntime } from './in-process-runtime';

// The CRM mapping loads the Assets that it needs when it is imported.
installRuntime();

// Asked for by axios twice for each call. Node computes it once; in Jest's copy of `process` it would be computed each time.
Object.defineProperty(process, 'allowedNodeEnvironmentFlags', { value: process.allowedNodeEnvironmentFlags });
