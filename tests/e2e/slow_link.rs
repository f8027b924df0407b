//! A slow link to an engine: a proxy that delays all data. Few test machines have kernels that
//! can delay packets themselves.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Returns the address of a proxy to `engine` that adds `round_trip` to each answer. It runs as
/// long as this process.
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
    // The handshake of TCP takes a round trip as well.
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

/// Copies data, and the end of the stream, with a delay. Several pieces may be under way at the
/// same time.
fn pass(mut from: &TcpStream, mut to: &TcpStream, delay: Duration) {
    let (on_the_way, arriving) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::scope(|scope| {
        scope.spawn(move || {
            for (due, bytes) in arriving {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                // The receiver has closed the connection.
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
