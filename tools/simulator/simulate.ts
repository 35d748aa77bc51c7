/**
 * `npm run simulate`: plays Twilio around the built Functions, on a page; with --from, for one message, in the
 * terminal.
 */
import { runAsProcess } from '../commands/run-as-process';
import { simulate } from './simulate-command';

void runAsProcess(simulate);
