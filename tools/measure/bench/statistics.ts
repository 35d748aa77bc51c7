export function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

export function median(values: number[]): number {
  return percentile(values, 50);
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function count(n: number): string {
  return Math.round(n).toLocaleString('en');
}

export function ms(n: number): string {
  return `${Math.round(n)} ms`;
}

export function fineMs(n: number): string {
  return `${n.toFixed(2)} ms`;
}

export function times(n: number): string {
  return `${n.toFixed(2)} ×`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
