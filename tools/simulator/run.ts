import { z } from 'zod';
import { Problem } from '../problem';
import { MessageInput } from './message-input';
import { keyOf } from './simulated-conversations';
import type { Simulator } from './simulator';
import { isSwitchId, SWITCHES, type SwitchId } from './switches';

/** What of a saved run is played again: its messages, each with what was switched on. */
export const SavedRun = z.object({
  messages: z
    .array(
      MessageInput.extend({
        switches: z.array(z.custom<SwitchId>(isSwitchId, 'there is no such switch')).default([]),
      }),
    )
    .max(2000),
});

/** All that has been, for a file. */
export function runOf({ twilio, source, customersFile, log }: Simulator) {
  const { conversations, traffic } = twilio;
  return {
    savedAt: new Date().toISOString(),
    source: source(),
    customersFile: customersFile(),
    messages: traffic.exchanges.flatMap(({ message }) => message ?? []),
    conversations,
    traffic: traffic.exchanges,
    log,
  };
}

/** Those that play a run. */
const playing = new WeakSet<Simulator>();
export const isPlaying = (simulator: Simulator) => playing.has(simulator);

/**
 * Plays the messages of a run, one after the other; what is switched on now is on again afterwards.
 *
 * @throws Problem if another one is being played: each would switch off what the other one needs
 */
export function playRun(simulator: Simulator, run: z.infer<typeof SavedRun>): Promise<void> {
  if (isPlaying(simulator)) throw new Problem('A saved run is being played.');
  playing.add(simulator);
  return play(simulator, run).finally(() => playing.delete(simulator));
}

async function play(simulator: Simulator, { messages }: z.infer<typeof SavedRun>) {
  const before = new Set(simulator.twilio.switches);
  const ids = Object.keys(SWITCHES).filter(isSwitchId);
  const switchTo = (on: ReadonlySet<SwitchId>) => {
    for (const id of ids)
      if (simulator.twilio.switches.has(id) !== on.has(id)) simulator.setSwitch(id, on.has(id));
  };
  const played = new Set<string>();
  for (const { switches, isNew, ...message } of messages) {
    switchTo(new Set(switches));
    const key = keyOf(message);
    // As it was then, the first message of a customer begins a conversation.
    await simulator.twilio.receive(message, isNew || !played.has(key));
    played.add(key);
  }
  switchTo(before);
}
