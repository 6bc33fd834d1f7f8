/*
 * The Windows service of Trustfleet's agent (docs/decisions/0009): stands between the service control manager (SCM) and
 * trustfleet-agent.exe, which lies beside it. Called as `trustfleet-service --state-dir DIR [...]`, it starts
 * `trustfleet-agent run --stop-with-stdin` with the same arguments, answers the SCM at once whatever the agent does, and keeps
 * three promises:
 *
 *  - a stop closes the agent's stdin, which asks it to end; after STOP_LIMIT_MS it is killed;
 *  - whatever the agent starts ends with it, and all of it ends with this program (a job object, kill on close);
 *  - an agent that ends unasked is started again, later and later, and given up to the SCM's recovery actions after MAX_FAILURES.
 *
 * What the agent prints goes to agent.log in its state directory, which only SYSTEM and the Administrators may enter: MAX_LOG_BYTES
 * at most, with one older file beside it.
 */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

/* The agent lets a running job end for 30 s (run-agent.ts, IDLE_LIMIT_MS) and then closes what it holds. */
#define STOP_LIMIT_MS 40000
#define STATUS_EVERY_MS 1000
#define WAIT_HINT_MS 10000
/* First pause after a failure; doubles with each. */
#define FIRST_PAUSE_MS 1000
#define MAX_PAUSE_MS 60000
#define MAX_FAILURES 6
/* A run of this length counts as one that worked. */
#define GOOD_RUN_MS (10 * 60 * 1000)
#define MAX_LOG_BYTES (4 * 1024 * 1024)
#define MAX_PATH_CHARS 1024
#define MAX_COMMAND_CHARS 8192
/* What the service ends with when the agent does not stay up. */
#define GAVE_UP 2

static SERVICE_STATUS_HANDLE service;
static SERVICE_STATUS status;
static CRITICAL_SECTION statusLock;
static HANDLE stopEvent;
static HANDLE logFile = INVALID_HANDLE_VALUE;
static wchar_t logPath[MAX_PATH_CHARS];
static wchar_t oldLogPath[MAX_PATH_CHARS];
static CRITICAL_SECTION logLock;
static wchar_t agentPath[MAX_PATH_CHARS];
static wchar_t agentDirectory[MAX_PATH_CHARS];
static wchar_t command[MAX_COMMAND_CHARS];

static void report(DWORD state, DWORD exitCode, DWORD waitHint) {
    EnterCriticalSection(&statusLock);
    /* A stop that was asked for while the agent started is not taken back. */
    bool late = state == SERVICE_RUNNING && status.dwCurrentState == SERVICE_STOP_PENDING;
    if (status.dwCurrentState != SERVICE_STOPPED && !late) {
        bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
        status.dwCheckPoint = pending && status.dwCurrentState == state ? status.dwCheckPoint + 1 : pending ? 1 : 0;
        status.dwCurrentState = state;
        status.dwControlsAccepted =
            state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_SHUTDOWN : 0;
        status.dwWin32ExitCode = exitCode == 0 ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR;
        status.dwServiceSpecificExitCode = exitCode;
        status.dwWaitHint = waitHint;
        SetServiceStatus(service, &status);
    }
    LeaveCriticalSection(&statusLock);
}

/* FILE_FLAG_OPEN_REPARSE_POINT: a link that somebody planted is opened itself, not followed. */
static void openLog(DWORD disposition) {
    logFile = CreateFileW(logPath, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                          disposition, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
}

static void writeLog(const char *bytes, DWORD length) {
    EnterCriticalSection(&logLock);
    LARGE_INTEGER size;
    if (logFile != INVALID_HANDLE_VALUE && GetFileSizeEx(logFile, &size) && size.QuadPart + length > MAX_LOG_BYTES) {
        CloseHandle(logFile);
        MoveFileExW(logPath, oldLogPath, MOVEFILE_REPLACE_EXISTING);
        /* If the move failed, the log begins anew: it must not grow without an end. */
        openLog(CREATE_ALWAYS);
    }
    /* Somebody held it when it was last opened. */
    if (logFile == INVALID_HANDLE_VALUE) openLog(OPEN_ALWAYS);
    DWORD written;
    if (logFile != INVALID_HANDLE_VALUE) WriteFile(logFile, bytes, length, &written, NULL);
    LeaveCriticalSection(&logLock);
}

/* One line in the form of the agent's own (logger.ts). */
static void say(const char *level, const char *format, ...) {
    char text[512] = {0}, line[700] = {0};
    va_list values;
    va_start(values, format);
    _vsnprintf(text, sizeof text - 1, format, values);
    va_end(values);
    SYSTEMTIME now;
    GetSystemTime(&now);
    int length = _snprintf(line, sizeof line - 1, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s service: %s\n", now.wYear,
                           now.wMonth, now.wDay, now.wHour, now.wMinute, now.wSecond, now.wMilliseconds, level, text);
    if (length > 0) writeLog(line, (DWORD)length);
}

static DWORD WINAPI copyOutput(void *pipe) {
    char buffer[4096];
    DWORD length;
    while (ReadFile((HANDLE)pipe, buffer, sizeof buffer, &length, NULL) && length > 0) writeLog(buffer, length);
    CloseHandle((HANDLE)pipe);
    return 0;
}

struct agent {
    HANDLE process, job, input, reader;
};

/* With the last handle of the job everything in it ends. */
static HANDLE newJob(void) {
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job != NULL && !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits)) {
        CloseHandle(job);
        job = NULL;
    }
    return job;
}

/* The new process inherits these two handles and no other. */
static bool createSuspended(HANDLE input, HANDLE output, PROCESS_INFORMATION *process) {
    HANDLE inherited[2] = {input, output};
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = HeapAlloc(GetProcessHeap(), 0, size);
    if (list == NULL) return false;
    bool made = false;
    if (InitializeProcThreadAttributeList(list, 1, 0, &size)) {
        STARTUPINFOEXW startup = {0};
        startup.StartupInfo.cb = sizeof startup;
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = input;
        startup.StartupInfo.hStdOutput = output;
        startup.StartupInfo.hStdError = output;
        startup.lpAttributeList = list;
        /* CreateProcessW may write into its argument. */
        static wchar_t copy[MAX_COMMAND_CHARS];
        made = UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited, sizeof inherited, NULL,
                                         NULL) &&
               CreateProcessW(agentPath, wcscpy(copy, command), NULL, NULL, TRUE,
                              CREATE_SUSPENDED | CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, NULL, agentDirectory,
                              &startup.StartupInfo, process);
        DeleteProcThreadAttributeList(list);
    }
    HeapFree(GetProcessHeap(), 0, list);
    return made;
}

/* Suspended until it is in the job: it can start nothing outside of it. */
static bool launch(HANDLE input, HANDLE output, struct agent *agent) {
    PROCESS_INFORMATION process;
    agent->job = newJob();
    if (agent->job == NULL) return false;
    if (createSuspended(input, output, &process)) {
        if (AssignProcessToJobObject(agent->job, process.hProcess) && ResumeThread(process.hThread) != (DWORD)-1) {
            CloseHandle(process.hThread);
            agent->process = process.hProcess;
            return true;
        }
        DWORD error = GetLastError();
        TerminateProcess(process.hProcess, 1);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
        SetLastError(error);
    }
    DWORD error = GetLastError();
    CloseHandle(agent->job);
    SetLastError(error);
    return false;
}

static bool startAgent(struct agent *agent) {
    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, NULL, TRUE};
    HANDLE childInput, childOutput, output;
    if (!CreatePipe(&childInput, &agent->input, &inheritable, 0)) return false;
    if (!CreatePipe(&output, &childOutput, &inheritable, 0)) {
        CloseHandle(childInput);
        CloseHandle(agent->input);
        return false;
    }
    bool started = launch(childInput, childOutput, agent);
    DWORD error = GetLastError();
    CloseHandle(childInput);
    CloseHandle(childOutput);
    if (started) {
        agent->reader = CreateThread(NULL, 0, copyOutput, output, 0, NULL);
        if (agent->reader == NULL) CloseHandle(output);
        return true;
    }
    CloseHandle(output);
    CloseHandle(agent->input);
    SetLastError(error);
    return false;
}

/* Closes the job, which ends what the agent left behind, and with it the last writer of the log's pipe. */
static DWORD closeAgent(struct agent *agent) {
    DWORD exitCode = 1;
    GetExitCodeProcess(agent->process, &exitCode);
    if (agent->input != NULL) CloseHandle(agent->input);
    TerminateJobObject(agent->job, 1);
    CloseHandle(agent->job);
    CloseHandle(agent->process);
    if (agent->reader != NULL) {
        WaitForSingleObject(agent->reader, 5000);
        CloseHandle(agent->reader);
    }
    return exitCode;
}

/* The end of its stdin asks the agent to end. Its clock is ours: the SCM is told every second that we are still at it. */
static void stopAgent(struct agent *agent) {
    CloseHandle(agent->input);
    agent->input = NULL;
    ULONGLONG end = GetTickCount64() + STOP_LIMIT_MS;
    while (WaitForSingleObject(agent->process, STATUS_EVERY_MS) == WAIT_TIMEOUT) {
        report(SERVICE_STOP_PENDING, 0, WAIT_HINT_MS);
        if (GetTickCount64() < end) continue;
        say("warn", "the agent did not end within %d s and is killed; a job that ran is taken up at the next start",
            STOP_LIMIT_MS / 1000);
        TerminateJobObject(agent->job, 1);
        WaitForSingleObject(agent->process, 5000);
        return;
    }
}

/* One run of the agent. True when the service was asked to stop meanwhile; false when the agent ended unasked. */
static bool runOnce(ULONGLONG *ranMs) {
    struct agent agent = {0};
    ULONGLONG begin = GetTickCount64();
    *ranMs = 0;
    if (!startAgent(&agent)) {
        say("error", "%ls could not be started: Windows error %lu", agentPath, GetLastError());
        return false;
    }
    report(SERVICE_RUNNING, 0, 0);
    HANDLE either[2] = {stopEvent, agent.process};
    bool stopped = WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0;
    if (stopped) stopAgent(&agent);
    DWORD exitCode = closeAgent(&agent);
    *ranMs = GetTickCount64() - begin;
    if (!stopped) say("error", "the agent ended by itself with exit code %lu", exitCode);
    return stopped;
}

/* Agents that failed together (a server that answers nonsense) do not start together: up to half is chance. */
static DWORD pauseAfter(int failures) {
    DWORD pause = FIRST_PAUSE_MS;
    for (int i = 1; i < failures && pause < MAX_PAUSE_MS; i++) pause *= 2;
    LARGE_INTEGER ticks;
    QueryPerformanceCounter(&ticks);
    return pause / 2 + (DWORD)((ULONGLONG)(ticks.QuadPart ^ GetCurrentProcessId()) % (pause / 2 + 1));
}

/* Until it is asked to stop (0), or the agent does not stay up (GAVE_UP). */
static DWORD supervise(void) {
    for (int failures = 0; failures < MAX_FAILURES;) {
        ULONGLONG ranMs;
        if (runOnce(&ranMs)) return 0;
        failures = ranMs >= GOOD_RUN_MS ? 1 : failures + 1;
        if (failures == MAX_FAILURES) break;
        DWORD pause = pauseAfter(failures);
        say("info", "the agent is started again in %lu ms (failure %d of %d in a row)", pause, failures, MAX_FAILURES);
        if (WaitForSingleObject(stopEvent, pause) == WAIT_OBJECT_0) return 0;
    }
    say("error", "the agent does not stay up; left to the recovery actions of the service");
    return GAVE_UP;
}

/* Never waits: the SCM serves nobody else meanwhile. */
static DWORD WINAPI onControl(DWORD control, DWORD event, void *data, void *context) {
    (void)event, (void)data, (void)context;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
    case SERVICE_CONTROL_SHUTDOWN:
        report(SERVICE_STOP_PENDING, 0, WAIT_HINT_MS);
        SetEvent(stopEvent);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI serviceMain(DWORD count, wchar_t **arguments) {
    (void)count, (void)arguments;
    service = RegisterServiceCtrlHandlerExW(L"TrustfleetAgent", onControl, NULL);
    if (service == NULL) return;
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    report(SERVICE_START_PENDING, 0, WAIT_HINT_MS);
    openLog(OPEN_ALWAYS);
    /* They make Node load code before ours: the machine's environment has no say in that. */
    SetEnvironmentVariableW(L"NODE_OPTIONS", NULL);
    SetEnvironmentVariableW(L"OPENSSL_CONF", NULL);
    report(SERVICE_STOPPED, supervise(), 0);
}

/* What follows our own path on the command line, as it stands: the agent parses it by the same rules. */
static const wchar_t *argumentsOf(const wchar_t *line) {
    bool quoted = false;
    for (; *line != 0 && (quoted || (*line != L' ' && *line != L'\t')); line++)
        if (*line == L'"') quoted = !quoted;
    return line;
}

/* As swprintf, but false where it does not fit. */
static bool format(wchar_t *to, size_t room, const wchar_t *words, ...) {
    va_list values;
    va_start(values, words);
    int length = _vsnwprintf(to, room, words, values);
    va_end(values);
    return length >= 0 && (size_t)length < room;
}

/* The agent lies in our own folder. Its state directory is an argument: the environment of a service is not the installer's. */
static bool findPaths(const wchar_t *stateDirectory) {
    DWORD length = GetModuleFileNameW(NULL, agentDirectory, MAX_PATH_CHARS);
    wchar_t *slash = length > 0 && length < MAX_PATH_CHARS ? wcsrchr(agentDirectory, L'\\') : NULL;
    if (slash == NULL) return false;
    *slash = 0;
    return format(agentPath, MAX_PATH_CHARS, L"%ls\\trustfleet-agent.exe", agentDirectory) &&
           format(command, MAX_COMMAND_CHARS, L"\"%ls\" run --stop-with-stdin%ls", agentPath,
                  argumentsOf(GetCommandLineW())) &&
           format(logPath, MAX_PATH_CHARS, L"%ls\\agent.log", stateDirectory) &&
           format(oldLogPath, MAX_PATH_CHARS, L"%ls\\agent.old.log", stateDirectory);
}

int wmain(int count, wchar_t **arguments) {
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    InitializeCriticalSection(&statusLock);
    InitializeCriticalSection(&logLock);
    stopEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    bool called = count >= 3 && wcscmp(arguments[1], L"--state-dir") == 0;
    if (stopEvent == NULL || !called || !findPaths(arguments[2])) {
        fputs("trustfleet-service: wrong arguments. It is set up by: trustfleet-agent install\n", stderr);
        return 2;
    }
    SERVICE_TABLE_ENTRYW table[] = {{L"TrustfleetAgent", serviceMain}, {NULL, NULL}};
    if (StartServiceCtrlDispatcherW(table)) return 0;
    fputs("trustfleet-service is started by Windows' service manager: trustfleet-agent start\n", stderr);
    return 1;
}
