//! The other instances on the origin: what they say, what they want to know, and which of them
//! sends.

use yew::Callback;

use super::callback;
use super::channel::{Channel, Word};
use super::dom::Listener;
use super::lead::Lead;
use super::random;
use super::storage::Storage;
use crate::event::Event;

/// Joins the instances of `site`. They are heard until the listener is dropped.
pub(super) fn join(
    site: &str,
    storage: &Storage,
    dispatch: &Callback<Event>,
) -> (Lead, Channel, Option<Listener>) {
    let channel = Channel::open(site);
    let told = dispatch.reform(|leads| {
        let entropy = random::entropy();
        Event::LeadChanged { leads, entropy }
    });
    let out = channel.clone();
    let call = Callback::from(move |()| out.say(Word::WhoLeads));
    let lead = Lead::new(site, told, call);
    let (own, out) = (lead.clone(), channel.clone());
    let (storage, dispatch) = (storage.clone(), dispatch.clone());
    let heard = channel.listen(move |word| match word {
        Word::WhoLeads if own.leads() => out.say(Word::Leading),
        Word::WhoLeads => {}
        Word::Leading => own.heard_leader(),
        Word::Orders => dispatch.emit(Event::SubmissionsChangedElsewhere),
        Word::Bag | Word::Touchpoints => read_again(word, storage.clone(), dispatch.clone()),
    });
    (lead, channel, heard)
}

/// Another instance has written something.
fn read_again(word: Word, storage: Storage, dispatch: Callback<Event>) {
    callback::spawn(async move {
        dispatch.emit(if word == Word::Bag {
            Event::BagChangedElsewhere(storage.load_bag().await)
        } else {
            let saved = storage.load_touchpoints().await;
            Event::TouchpointsChangedElsewhere(saved.unwrap_or_default())
        });
    });
}
