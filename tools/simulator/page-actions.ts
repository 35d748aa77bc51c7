import { z } from 'zod';
import { MessageInput } from './message-input';
import { playRun, SavedRun } from './run';
import type { Simulator } from './simulator';
import { isSwitchId, type SwitchId } from './switches';

const SwitchInput = z.object({
  id: z.custom<SwitchId>(isSwitchId, 'there is no such switch'),
  on: z.boolean(),
});

/** What the page asks for, by the path. @throws ZodError if what it sends is not as it should be */
export const actions: Record<string, (simulator: Simulator, input: unknown) => void> = {
  '/messages'(simulator, input) {
    const { isNew, ...message } = MessageInput.parse(input);
    simulator.twilio.receive(message, isNew).catch(console.error);
  },
  '/switches'(simulator, input) {
    const { id, on } = SwitchInput.parse(input);
    simulator.setSwitch(id, on);
  },
  '/clear'(simulator) {
    simulator.twilio.clear();
    simulator.log.length = 0;
  },
  '/run'(simulator, input) {
    playRun(simulator, SavedRun.parse(input)).catch(console.error);
  },
};
