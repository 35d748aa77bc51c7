import { z } from 'zod';
import type { Simulator } from './simulator';
import { isSwitchId, SWITCHES, type SwitchId } from './switches';

/** What of a saved run is played again: its messages, each with what was switched on. */
export const SavedRun = z.object({
  messages: z
    .array(
      z.object({
        from: z.string().min(1).max(256),
        text: z.string().max(1600),
        others: z.array(z.string().min(1).max(256)).max(8).optional(),
        isNew: z.boolean().optional(),
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

/** Plays the messages of a run, one after the other; what is switched on now is on again afterwards. */
export async function playRun(simulator: Simulator, { messages }: z.infer<typeof SavedRun>) {
  const before = new Set(simulator.twilio.switches);
  const ids = Object.keys(SWITCHES).filter(isSwitchId);
  const switchTo = (on: ReadonlySet<SwitchId>) => {
    for (const id of ids)
      if (simulator.twilio.switches.has(id) !== on.has(id)) simulator.setSwitch(id, on.has(id));
  };
  const played = new Set<string>();
  for (const { switches, isNew, ...message } of messages) {
    switchTo(new Set(switches));
    const key = [message.from, ...(message.others ?? [])].sort().join();
    // As it was then, the first message of a customer begins a conversation.
    await simulator.twilio.receive(message, isNew || !played.has(key));
    played.add(key);
  }
  switchTo(before);
}
