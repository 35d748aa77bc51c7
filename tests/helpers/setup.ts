import { installRuntime } from './in-process-runtime';

// The CRM mapping loads the Assets that it needs when it is imported.
installRuntime();
