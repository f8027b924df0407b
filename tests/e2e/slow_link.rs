//! A link to an engine that takes its time: a proxy that holds back all that it is
//! given. Few test machines' kernels can do that themselves.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A way to `engine` whose answers come `round_trip` after their questions, for as
/// long as this process runs.
pub(crate) fn to(engine: SocketAddr, round_trip: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || carry(&client, engine, round_trip));
        }
    });
    address
}

fn carry(client: &TcpStream, engine: SocketAddr, round_trip: Duration) -> io::Result<()> {
    // TCP's own: hello, and hello to you.
    thread::sleep(round_trip);
    let engine = TcpStream::connect(engine)?;
    for end in [client, &engine] {
        end.set_nodelay(true)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| pass(client, &engine, round_trip / 2));
        scope.spawn(|| pass(&engine, client, round_trip / 2));
    });
    Ok(())
}

/// What comes `from` one end goes `to` the other, the end of it too, each `delay` after
/// it came: much may be under way at once.
fn pass(mut from: &TcpStream, mut to: &TcpStream, delay: Duration) {
    let (on_the_way, arriving) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::scope(|scope| {
        scope.spawn(move || {
            for (due, bytes) in arriving {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                // Who has hung up wants no more.
                if to.write_all(&bytes).is_err() {
                    return;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        });
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if on_the_way.send((Instant::now() + delay, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
        drop(on_the_way);
    });
}
