import { readFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';

/** Where something was measured. */
export interface Machine {
  readonly cpu: string;
  /** The processors this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

function systemName(): string {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(release)?.[1] ?? type();
  } catch {
    return type();
  }
}

/** Describes the machine as its operating system does. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: systemName(),
    node: process.version,
  };
}

/** One line about the machine. */
export function machineLine(machine: Machine): string {
  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(0);
  return `${machine.cpu}, ${machine.cores} cores, ${gigabytes} GiB, ${machine.system}, Node ${machine.node}`;
}
