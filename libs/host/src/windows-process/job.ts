import type { Koffi } from '../windows/load-koffi.ts';

/** A job object: programs that end together, with all that they start, at the latest when this process does. */
export interface Job {
  /** False where the system did not take the process in. What it starts from then on belongs to the job too. */
  add(pid: number): boolean;
  /** Ends every process of it. */
  terminate(): void;
  /** Ends what is left of it, and gives the handle back. */
  close(): void;
}

type Handle = bigint | null;

const PROCESS_TERMINATE = 0x1;
const PROCESS_SET_QUOTA = 0x100;
const EXTENDED_LIMITS = 9;
const KILL_ON_JOB_CLOSE = 0x2000;

/** JOBOBJECT_EXTENDED_LIMIT_INFORMATION of 64 bits (winnt.h): all zero but LimitFlags, behind two times of eight bytes. */
function limits(): Uint8Array {
  const bytes = Buffer.alloc(144);
  bytes.writeUInt32LE(KILL_ON_JOB_CLOSE, 16);
  return bytes;
}

/** Signatures of jobapi2.h, processthreadsapi.h and handleapi.h. */
function bind(koffi: Koffi) {
  const kernel32 = koffi.load('kernel32.dll');
  return {
    create: kernel32.func('void *CreateJobObjectW(void *attributes, void *name)') as (
      ...args: [null, null]
    ) => Handle,
    limit: kernel32.func(
      'bool SetInformationJobObject(void *job, int32 which, void *information, uint32 length)',
    ) as (...args: [Handle, number, Uint8Array, number]) => boolean,
    assign: kernel32.func('bool AssignProcessToJobObject(void *job, void *process)') as (
      ...args: [Handle, Handle]
    ) => boolean,
    terminate: kernel32.func('bool TerminateJobObject(void *job, uint32 exitCode)') as (
      ...args: [Handle, number]
    ) => boolean,
    openProcess: kernel32.func('void *OpenProcess(uint32 access, bool inherit, uint32 pid)') as (
      ...args: [number, boolean, number]
    ) => Handle,
    close: kernel32.func('bool CloseHandle(void *handle)') as (handle: Handle) => boolean,
  };
}

/** Makes jobs; null where the system made none. */
export function createJobs(koffi: Koffi): () => Job | null {
  const calls = bind(koffi);
  return () => {
    const job = calls.create(null, null);
    if (job === null) return null;
    const information = limits();
    if (!calls.limit(job, EXTENDED_LIMITS, information, information.length)) {
      calls.close(job);
      return null;
    }
    return {
      add(pid) {
        const process = calls.openProcess(PROCESS_TERMINATE | PROCESS_SET_QUOTA, false, pid);
        if (process === null) return false;
        const done = calls.assign(job, process);
        calls.close(process);
        return done;
      },
      terminate: () => void calls.terminate(job, 1),
      close: () => void calls.close(job),
    };
  };
}
