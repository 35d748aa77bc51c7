import { z } from 'zod';

/** What observe-functions.js tells by `process.send`; the Functions may send other things by it. */
export const ReportMessage = z.object({
  exchange: z.string(),
  report: z.object({
    log: z.array(z.string()),
    found: z.array(z.unknown()),
    error: z.object({ message: z.string(), at: z.string().optional() }).optional(),
  }),
});
