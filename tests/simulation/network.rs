//! What lies between shoppers and backend: requests and answers that are lost, late, doubled,
//! overtaken, cut short, or answered by somebody else. What an answer means to the widget is read
//! as `src/browser/network.rs` reads it.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use shoptag::event::{Event, Failure};
use shoptag_protocol::{
    BagReceipt, ClickReceipt, OrderStatus, Problem, Quote, TouchpointBatchAnswer, VideoDocument,
    ViewSession,
};

use crate::backend::{Answer, Request};
use crate::bugs::Bug;
use crate::happening::{Exchange, Happening, Sender, TabId};
use crate::market::SITE;
use crate::shopper::{PORTAL_STATUSES, Shopper};
use crate::witness::hash;
use crate::world::World;

/// How long an answer is waited for, as in the widget.
const TIMEOUT_MS: i64 = 20_000;

/// Requests arrive at multiples of this, so that some arrive together.
const GRID_MS: i64 = 25;

const PORTAL_PAGE: &str = "<!doctype html><title>Welcome to our wireless network</title>";

impl World<'_> {
    /// Sends a request on its way.
    pub(crate) fn send(&mut self, sender: Sender, request: Request) {
        self.exchanges += 1;
        let number = self.exchanges;
        self.awaited.insert(number);
        let path = request.path.clone();
        self.note(format_args!("#{number} {path} key {:?}", request.key));
        self.plan_return(TIMEOUT_MS, number, &sender, None);
        let is_offline = self.device_of(&sender).is_some_and(|it| it.is_offline);
        if is_offline || self.dice.chance(self.faults.refused) {
            let delay_ms = self.dice.between(1, 2_000);
            self.plan_return(delay_ms, number, &sender, None);
            return;
        }
        if let Some(answer) = self.somebody_else(&sender) {
            let delay_ms = self.dice.between(5, 500);
            self.plan_return(delay_ms, number, &sender, Some(answer));
            return;
        }
        if self.dice.chance(self.faults.request_lost) {
            return;
        }
        let copies = if self.dice.chance(self.faults.doubled) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let at_ms = self.now_ms + self.delay_ms();
            let at_ms = at_ms - at_ms % GRID_MS + GRID_MS;
            let exchange = Exchange {
                number,
                sender: sender.clone(),
                request: request.clone(),
            };
            self.queue
                .plan(at_ms, Happening::Arrives(Box::new(exchange)));
        }
    }

    /// What a captive portal or a proxy answers in the backend's place.
    fn somebody_else(&mut self, sender: &Sender) -> Option<Answer> {
        let device = self.device_of(sender);
        let mut portal = device.and_then(|device| device.portal);
        if self.dice.chance(self.faults.portal) {
            portal = Some(self.dice.pick(&PORTAL_STATUSES));
        }
        if let Some(status) = portal {
            let page = if status == 204 { "" } else { PORTAL_PAGE };
            return Some(Answer::foreign(status, page));
        }
        if self.dice.chance(self.faults.proxy) {
            return Some(self.proxy_error());
        }
        None
    }

    fn proxy_error(&mut self) -> Answer {
        let status = self.dice.pick(&[408, 425, 429, 500, 502, 503, 504]);
        let retry_after_s = self
            .dice
            .pick(&[None, None, Some(1), Some(30), Some(86_400)]);
        Answer {
            retry_after_s,
            ..Answer::foreign(status, "<html>Bad gateway</html>")
        }
    }

    fn delay_ms(&mut self) -> i64 {
        if self.dice.chance(self.faults.slow) {
            self.dice.between(500, 60_000)
        } else {
            self.dice.between(5, 300)
        }
    }

    fn device_of(&self, sender: &Sender) -> Option<&Shopper> {
        let tab = tab_of(sender).and_then(|tab| self.tabs.get(&tab))?;
        Some(&self.shoppers[tab.shopper])
    }

    fn plan_return(&mut self, delay_ms: i64, number: u64, to: &Sender, answer: Option<Answer>) {
        let sender = to.clone();
        self.plan(
            delay_ms,
            Happening::Returns {
                number,
                sender,
                answer,
            },
        );
    }

    /// Requests reach the backend, all in one instant.
    pub(crate) fn arrives(&mut self, exchanges: Vec<Exchange>) {
        if self.dice.chance(self.faults.process) {
            // Dead before it has read them.
            self.kill_backend();
        }
        self.backend.tell_time(self.now_ms);
        let answers = self.answers(&exchanges);
        let dies = self.dice.chance(self.faults.process);
        for (exchange, answer) in exchanges.into_iter().zip(answers) {
            let number = exchange.number;
            let Some(answer) = answer else {
                self.plan_return(2, number, &exchange.sender, None);
                continue;
            };
            self.witness.answered(&exchange.request, &answer);
            let (status, bytes) = (answer.status, hash(&answer.body));
            let replayed = answer.is_replayed;
            self.note(format_args!(
                "#{number} answered {status} {replayed} {bytes:016x}"
            ));
            if dies {
                // Dead after the commit, before the answer has left.
                self.plan_return(2, number, &exchange.sender, None);
            } else {
                self.send_back(&exchange, answer);
            }
        }
        if dies {
            self.kill_backend();
        }
    }

    /// One answer for each exchange. Those with different keys are in the backend together: all are
    /// handed over in their order before the first one is answered.
    fn answers(&mut self, exchanges: &[Exchange]) -> Vec<Option<Answer>> {
        let (front, backend) = (&mut self.front, &mut self.backend);
        let keys: std::collections::BTreeSet<_> = exchanges
            .iter()
            .map(|exchange| &exchange.request.key)
            .collect();
        if exchanges.len() > 1 && keys.len() == exchanges.len() {
            // With sites and keys just read, each request is handed to the writer when it is first
            // polled: the order of the jobs is that of the requests, whatever the threads do.
            let body = format!(r#"{{"site":"{SITE}","video":"day"}}"#);
            let reads_both = Request::post("/v1/view-sessions", body);
            self.runtime.block_on(async {
                backend.answer(&reads_both).await;
                let mut running = Vec::new();
                for exchange in exchanges {
                    running.push(Box::pin(backend.answer(&exchange.request)));
                }
                together(running).await
            })
        } else {
            let mut answers = Vec::new();
            for exchange in exchanges {
                let answer = front.answer(backend, &exchange.request);
                answers.push(self.runtime.block_on(answer));
            }
            answers
        }
    }

    fn send_back(&mut self, exchange: &Exchange, mut answer: Answer) {
        if self.dice.chance(self.faults.answer_lost) {
            return;
        }
        if self.dice.chance(self.faults.proxy / 2) {
            answer = self.proxy_error();
        } else if self.dice.chance(self.faults.cut) {
            let most = i64::try_from(answer.body.len()).unwrap();
            let left = self.dice.between(0, (most - 1).max(0));
            answer.body.truncate(usize::try_from(left).unwrap());
        }
        let delay_ms = self.delay_ms();
        self.plan_return(delay_ms, exchange.number, &exchange.sender, Some(answer));
    }

    pub(crate) fn kill_backend(&mut self) {
        self.note(format_args!("backend dies"));
        self.backend.kill();
        let delay_ms = self.dice.between(50, 15_000);
        self.plan(delay_ms, Happening::Starts);
    }

    /// An answer, or the end of the wait for it. Only the first one counts.
    pub(crate) fn returns(&mut self, number: u64, sender: Sender, answer: Option<Answer>) {
        if !self.awaited.remove(&number) {
            return;
        }
        let status = answer.as_ref().map(|answer| answer.status);
        self.note(format_args!("#{number} returns {status:?}"));
        let Some(tab) = tab_of(&sender) else {
            match sender {
                Sender::Stranger(stranger) => self.stranger_hears(stranger, answer),
                Sender::Aftercare(task) => self.task_hears(task, answer),
                _ => {}
            }
            return;
        };
        let event = match sender {
            Sender::Document(_) => match read::<VideoDocument>(answer) {
                Ok(document) => Event::DocumentLoaded(document),
                Err(failure) => Event::DocumentFailed(failure),
            },
            Sender::Quote(_, sequence) => Event::QuoteAnswered {
                sequence,
                answer: read::<Quote>(answer),
            },
            Sender::Submission(_, key) => {
                let pretends = self.bug == Some(Bug::AnySuccessCounts)
                    && answer.as_ref().is_some_and(Answer::is_success);
                let pretended = pretends.then(|| self.pretended(&key)).flatten();
                Event::SubmissionAnswered {
                    key,
                    answer: pretended.map_or_else(|| read::<OrderStatus>(answer), Ok),
                    entropy: self.dice.entropy(),
                }
            }
            Sender::ViewSession(_) => Event::ViewSessionAnswered(read::<ViewSession>(answer)),
            Sender::Click(_, touch) => Event::ClickAnswered {
                touch,
                answer: read::<ClickReceipt>(answer).map(|receipt| (*receipt).clone()),
            },
            Sender::Binding(_, variant) => Event::BindingAnswered {
                variant,
                answer: read::<BagReceipt>(answer).map(|receipt| (*receipt).clone()),
            },
            Sender::Touchpoints(_, ids) => Event::TouchpointsAnswered {
                ids,
                failure: read::<TouchpointBatchAnswer>(answer).err(),
            },
            Sender::Stranger(_) | Sender::Aftercare(_) => return,
        };
        self.tell(tab, event);
    }
}

fn tab_of(sender: &Sender) -> Option<TabId> {
    match sender {
        Sender::Document(tab)
        | Sender::Quote(tab, _)
        | Sender::Submission(tab, _)
        | Sender::ViewSession(tab)
        | Sender::Click(tab, _)
        | Sender::Binding(tab, _)
        | Sender::Touchpoints(tab, _) => Some(*tab),
        Sender::Stranger(_) | Sender::Aftercare(_) => None,
    }
}

fn read<T: DeserializeOwned>(answer: Option<Answer>) -> Result<Rc<T>, Failure> {
    let answer = answer.ok_or(Failure::Unreachable)?;
    let status = answer.status;
    if answer.is_success() {
        let read = serde_json::from_slice(&answer.body).map(Rc::new);
        return read.map_err(|_| Failure::Unreadable { status });
    }
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok();
    match problem.filter(|problem| !problem.code.is_empty()) {
        Some(problem) => Err(Failure::Refused {
            problem: Rc::new(Problem { status, ..problem }),
            retry_after_ms: answer.retry_after_s.map(|seconds| seconds * 1_000),
        }),
        None => Err(Failure::Unreadable { status }),
    }
}

/// Polls all of them in their order until each has its answer.
async fn together<F: Future<Output = Option<Answer>> + Unpin>(
    mut running: Vec<F>,
) -> Vec<Option<Answer>> {
    let mut answers: Vec<Option<Option<Answer>>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        let mut is_done = true;
        for (future, answer) in running.iter_mut().zip(&mut answers) {
            if answer.is_none() {
                match std::pin::Pin::new(future).poll(context) {
                    std::task::Poll::Ready(ready) => *answer = Some(ready),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        if is_done {
            std::task::Poll::Ready(answers.iter_mut().map(|it| it.take().flatten()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}
