use std::thread;

/// Stack of the scanner's threads.
const STACK: usize = 64 << 20;

/// Runs on a stack like that of the scanner's threads. A panic has ended the process before this returns.
pub fn with_scanner_stack(run: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let spawned = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, run);
        let thread = spawned.expect("the system has room for a thread");
        thread.join().expect("a panic ends the process");
    });
}
