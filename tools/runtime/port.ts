const PORT_MAX = 65_535;

/**
 * The port that PORT names; 0 is any free one.
 *
 * @param byDefault the port when PORT is not set
 * @param command what the user ran, for the words of the error: `npm start`
 * @throws Error with a sentence when PORT is not a port
 */
export function readPort(byDefault: number, command: string): number {
  const { PORT = '' } = process.env;
  if (PORT.trim() === '') return byDefault;
  const port = Number(PORT);
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return port;
  throw new Error(
    `PORT=${PORT} is not a port: give a number from 1 to ${PORT_MAX}, as in PORT=${byDefault + 1} ${command}`,
  );
}

/** Why nothing can listen on a port, and what to do, in a sentence; `undefined` for errors that are not about the port. */
export function explainPort(
  { code }: NodeJS.ErrnoException,
  port: number,
  command: string,
): string | undefined {
  const another = `Choose another one: PORT=${port < PORT_MAX && port > 1023 ? port + 1 : 3001} ${command}`;
  if (code === 'EADDRINUSE') return `Port ${port} is taken. ${another}`;
  if (code === 'EACCES') return `Port ${port} is not open to you. ${another}`;
  return undefined;
}
