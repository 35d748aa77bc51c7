const now = performance.now.bind(performance);
let passedMs = 0;

/** Has this process's clock show that a time has passed, which then need not be waited for, until mocks are restored. */
export function passTime(ms: number) {
  passedMs = ms + (jest.isMockFunction(performance.now) ? passedMs : 0);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
}
