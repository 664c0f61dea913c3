//! The queue between threads: order, the end on either side.

use cowrite::runtime::queue::{Gone, Nothing, channel};
use std::time::Duration;

#[test]
fn what_many_senders_put_in_comes_out_once_and_in_each_ones_order() {
    let (sender, receiver) = channel();
    let threads: Vec<_> = (0..4)
        .map(|who| {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for number in 0..10_000 {
                    sender.send((who, number)).unwrap();
                }
            })
        })
        .collect();
    drop(sender);
    let mut next = [0; 4];
    while let Ok((who, number)) = receiver.recv() {
        assert_eq!(number, next[who]);
        next[who] += 1;
    }
    assert_eq!(next, [10_000; 4]);
    assert_eq!(receiver.recv(), Err(Nothing::Over));
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_receiver_that_sleeps_is_woken_by_an_item_and_by_the_last_sender() {
    let (sender, receiver) = channel();
    let (told, answer) = channel();
    let waiting = std::thread::spawn(move || {
        while let Ok(item) = receiver.recv() {
            told.send(item).unwrap();
        }
    });
    for number in 0..100 {
        sender.send(number).unwrap();
        assert_eq!(answer.recv(), Ok(number));
    }
    drop(sender);
    waiting.join().unwrap();
    assert_eq!(answer.recv(), Err(Nothing::Over));
}

#[test]
fn nobody_there_is_said() {
    let (sender, receiver) = channel();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(Nothing::Late));
    sender.send(1).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(1));
    // What waits may hold a sender of the same queue.
    let (inner, held) = channel::<Box<dyn Send>>();
    inner.send(Box::new(inner.clone())).unwrap();
    drop(held);
    assert_eq!(inner.send(Box::new(())), Err(Gone));
    drop(receiver);
    assert_eq!(sender.send(2), Err(Gone));
}
