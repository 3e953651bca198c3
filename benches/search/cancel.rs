//! How soon a search that nobody waits for any more lets go: each query is asked, told to stop while it runs, and waited for.

use super::queries::Asked;
use lacuna::work::{Known, best_first};
use lacuna_index::{Engine, IndexError, Query, Stop};
use std::time::{Duration, Instant};

/// How long a query may run before it is told to stop: what a fast typist leaves it, and less.
const RUNS: [Duration; 4] = [Duration::ZERO, Duration::from_micros(200), Duration::from_millis(1), Duration::from_millis(5)];

/// Asks all of them, and more that take long, and prints how long the slowest took to let go.
pub fn measure(engine: &Engine, asked: &[Asked], now: i64) {
    let long = ["the OR of OR and OR was OR patient", "a* OR e* OR o*", "patient NEAR/9 was", "\"of the\" OR \"to the\""];
    let queries = asked.iter().map(Asked::ours).chain(long.map(str::to_owned));
    let (mut waits, mut stopped) = (Vec::new(), 0);
    for query in queries {
        let query = Query::read(&query, &Known::lexicon()).0;
        for runs in RUNS {
            let stop = Stop::new();
            std::thread::scope(|scope| {
                let search = scope.spawn(|| matches!(engine.search(&query, best_first(now), &stop), Err(IndexError::Stopped)));
                std::thread::sleep(runs);
                let told = Instant::now();
                stop.stop();
                stopped += usize::from(search.join().unwrap());
                waits.push(told.elapsed());
            });
        }
    }
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "told to stop {} times, {stopped} before the answer: gone after {:.2} ms (median), {:.2} ms (p99), {:.2} ms (worst)",
        waits.len(),
        at(50),
        at(99),
        at(100)
    );
}
