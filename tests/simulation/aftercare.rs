//! What happens to an order after it was placed: shoppers cancel, brands ship, deliver, take back
//! and refund, and the operator settles. Each is asked for until there is an answer.

use serde_json::json;
use shoptag_backend::store::{CreditStore, Store};
use shoptag_commerce::{PayoutBatchId, Timestamp};
use shoptag_ledger::{Event as LedgerEvent, RecordKey};

use crate::backend::{Answer, Request};
use crate::happening::{Happening, Sender};
use crate::market::{STOCK, catalogue, euro, tenant};
use crate::world::World;

/// Something that is asked for until it is answered.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) request: Request,
    /// The final answer.
    pub(crate) answer: Option<Answer>,
}

/// How long the platform's hold and the brands' parcels may take: the operator's clock goes that
/// far ahead.
const OPERATIONS_MS: (i64, i64) = (5_000, 60_000);

impl World<'_> {
    /// The operator, or somebody with an order, does something.
    pub(crate) fn operate(&mut self) {
        if !self.is_busy {
            return;
        }
        let delay_ms = self.dice.between(OPERATIONS_MS.0, OPERATIONS_MS.1);
        self.plan(delay_ms, Happening::Operates);
        if self.dice.chance(self.faults.clock) {
            let by = self.dice.pick(&[3_600_000, 26 * 3_600_000]);
            self.backend.clock_ahead_ms = self.dice.between(-by, by);
            let ahead_ms = self.backend.clock_ahead_ms;
            self.note(format_args!("server clock ahead {ahead_ms}"));
        }
        match self.dice.between(0, 9) {
            0 => self.change_a_price(),
            1 | 2 => self.settle(),
            _ => self.after_an_order(),
        }
    }

    fn after_an_order(&mut self) {
        if self.witness.placed.is_empty() {
            return;
        }
        let last = i64::try_from(self.witness.placed.len()).unwrap() - 1;
        let index = usize::try_from(self.dice.between(0, last)).unwrap();
        let status = self.witness.placed[index].status.clone();
        let number = &status.number;
        let verb = self
            .dice
            .pick(&["cancel", "cancel", "refund", "ship", "deliver", "return"]);
        let request = match verb {
            "cancel" => {
                let secret = status.status_url.trim_start_matches("/orders/");
                Request::post(format!("/v1/orders/{secret}/cancel"), String::new())
            }
            "refund" => {
                let line = usize::try_from(self.dice.between(0, 1)).unwrap();
                let line = line.min(status.lines.len() - 1);
                let amount_minor = self.dice.between(1, 400);
                let lines = json!([{"line": line, "amount_minor": amount_minor}]);
                let path = format!("/v1/orders/{number}/refunds");
                let brand = status.lines[line].brand_id.as_str();
                Request {
                    key: Some(format!("refund-{:032x}", self.dice.bits())),
                    bearer: Some(self.market.brand_keys[brand].clone()),
                    ..Request::post(path, json!({ "lines": lines }).to_string())
                }
            }
            verb => {
                let brand = status.lines[0].brand_id.as_str();
                let path = format!("/v1/orders/{number}/fulfilments/{brand}/{verb}");
                Request {
                    bearer: Some(self.market.brand_keys[brand].clone()),
                    ..Request::post(path, String::new())
                }
            }
        };
        self.tasks.push(Task {
            request,
            answer: None,
        });
        self.send_task(self.tasks.len() - 1);
    }

    pub(crate) fn send_task(&mut self, index: usize) {
        let request = self.tasks[index].request.clone();
        self.send(Sender::Aftercare(index), request);
    }

    pub(crate) fn task_hears(&mut self, index: usize, answer: Option<Answer>) {
        let is_final = |answer: &Answer| {
            let is_ours = serde_json::from_slice::<serde_json::Value>(&answer.body)
                .is_ok_and(|document| document.is_object());
            is_ours && (answer.is_success() || matches!(answer.status, 404 | 409 | 422))
        };
        match answer.filter(is_final) {
            Some(answer) => self.tasks[index].answer = Some(answer),
            None => {
                let delay_ms = self.dice.between(200, 20_000);
                self.plan(delay_ms, Happening::Aftercare(index));
            }
        }
    }

    /// Posts what is due, and pays it out.
    fn settle(&mut self) {
        let Some(store) = self.backend.store().cloned() else {
            return;
        };
        let now = Timestamp::from_ms(self.now_ms + self.backend.clock_ahead_ms);
        let batch = PayoutBatchId::parse(format!("batch-{}", self.now_ms)).unwrap();
        let event = LedgerEvent::OpenPayoutBatch {
            batch,
            currency: euro(),
            minimum_minor: 1,
        };
        let key = RecordKey::parse(format!("batch-{}", self.now_ms)).unwrap();
        let posted = self.runtime.block_on(async {
            let posted = store.settle(now, 100).await.unwrap();
            let opened = store.ledger_event(tenant(), key, event, now).await;
            assert!(opened.unwrap().is_ok());
            store.sweep(now).await.unwrap();
            posted
        });
        self.note(format_args!("settled {posted}"));
    }

    /// A product costs something else from now on; its stock stays what it is.
    fn change_a_price(&mut self) {
        let Some(store) = self.backend.store().cloned() else {
            return;
        };
        let mut product = catalogue().remove(usize::try_from(self.dice.between(0, 3)).unwrap());
        let price_minor = self.dice.between(100, 9_999);
        let connection = self.backend.connect();
        for variant in &mut product.variants {
            variant.price_minor = price_minor;
            if STOCK
                .iter()
                .any(|(counted, _)| *counted == variant.id.as_str())
            {
                let sql = "SELECT on_hand FROM stock WHERE variant_id = ?1";
                let row = connection.query_row(sql, [variant.id.as_str()], |row| row.get(0));
                variant.on_hand = row.unwrap();
            }
        }
        let id = product.id.clone();
        let done = store.upsert_products(tenant(), vec![product]);
        self.runtime.block_on(done).unwrap();
        self.note(format_args!("{id} costs {price_minor}"));
    }
}
