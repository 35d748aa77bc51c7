import { z } from 'zod';
import { MessageInput } from './message-input';
import { playRun, SavedRun } from './run';
import type { Simulator } from './simulator';
import { isSwitchId, type SwitchId } from './switches';

const SwitchInput = z.object({
  id: z.custom<SwitchId>(isSwitchId, 'There is no such switch.'),
  on: z.boolean(),
});

/**
 * What the page asks for, by the path.
 *
 * @returns of a run, a promise that settles when it has been played
 * @throws Error if what it sends is not as it should be
 */
export const actions: Record<string, (simulator: Simulator, input: unknown) => Promise<void> | undefined> = {
  '/messages'(simulator, input) {
    const { isNew, ...message } = MessageInput.parse(input);
    simulator.twilio.receive(message, isNew).catch(console.error);
    return undefined;
  },
  '/switches'(simulator, input) {
    const { id, on } = SwitchInput.parse(input);
    simulator.setSwitch(id, on);
    return undefined;
  },
  '/clear'(simulator) {
    simulator.twilio.clear();
    simulator.log.length = 0;
    return undefined;
  },
  '/run'(simulator, input) {
    const { data: run } = SavedRun.safeParse(input);
    if (!run) throw new Error('This is not a saved run of the simulator.');
    return playRun(simulator, run);
  },
};
