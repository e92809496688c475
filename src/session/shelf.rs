//! The video's document with what is looked up in it all the time.

use std::rc::Rc;

use shoptag_commerce::{ProductId, TagId, Timestamp, VariantId};
use shoptag_protocol::{Image, Product, SavedLine, Variant, VideoDocument};
use shoptag_tag_track::{Tag, TagTrack};

use crate::product_card::variant_label;

/// Products and tags of the video.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    document: Rc<VideoDocument>,
    track: Rc<TagTrack>,
    /// Their places in the document, by their ids.
    products: Vec<usize>,
    /// Their places in the track, by their ids.
    tags: Vec<usize>,
}

/// The picture that shows `variant`, else the product's first.
#[must_use]
pub fn picture<'a>(product: &'a Product, variant: Option<&Variant>) -> Option<&'a Image> {
    let own = variant
        .and_then(|variant| variant.image)
        .and_then(|index| product.images.get(usize::try_from(index).ok()?));
    own.or_else(|| product.images.first())
}

fn product_id(document: &VideoDocument, place: usize) -> &str {
    let product = document.products.get(place);
    product.map_or("", |product| product.id.as_str())
}

fn tag_id(track: &TagTrack, place: usize) -> &str {
    track.tags.get(place).map_or("", |tag| tag.id.as_str())
}

/// The places 0 to `count` in the order of what is there; of two with one id, the later one.
fn by_id<'a>(count: usize, id_at: &dyn Fn(usize) -> &'a str) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(count);
    for place in 0..count {
        match find(&places, id_at(place), id_at) {
            Ok(found) => places[found] = place,
            Err(before) => places.insert(before, place),
        }
    }
    places
}

/// Where among `places` that of `id` is, or would be.
fn find<'a>(places: &[usize], id: &str, id_at: &dyn Fn(usize) -> &'a str) -> Result<usize, usize> {
    places.binary_search_by(|&place| id_at(place).cmp(id))
}

/// A product with the tag through which it is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct TaggedProduct {
    /// The tag.
    pub tag: TagId,
    /// Index of its product in the document.
    pub product: usize,
    /// When the tag enters, seconds.
    pub start_s: f64,
}

impl Shelf {
    /// Reads the document. Tags that are broken or name no product are not on the shelf.
    #[must_use]
    pub fn new(document: Rc<VideoDocument>) -> Self {
        let (mut track, _defects) = document.tag_track.validate();
        let named = |tag: &Tag| {
            document
                .products
                .iter()
                .any(|product| product.id == tag.product)
        };
        track.tags.retain(named);
        Self::with_track(document, Rc::new(track))
    }

    fn with_track(document: Rc<VideoDocument>, track: Rc<TagTrack>) -> Self {
        let products = by_id(document.products.len(), &|place| {
            product_id(&document, place)
        });
        let tags = by_id(track.tags.len(), &|place| tag_id(&track, place));
        Self {
            document,
            track,
            products,
            tags,
        }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Rc<VideoDocument> {
        &self.document
    }

    /// The tags.
    #[must_use]
    pub fn track(&self) -> &Rc<TagTrack> {
        &self.track
    }

    /// A product.
    #[must_use]
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.document.products.get(self.product_place(id)?)
    }

    /// A tag's product and the variant seen in the picture.
    #[must_use]
    pub fn tagged(&self, id: &TagId) -> Option<(&Product, Option<&VariantId>)> {
        let tag = self.tag(id)?;
        Some((self.product(&tag.product)?, tag.variant.as_ref()))
    }

    /// When a tag enters, seconds.
    #[must_use]
    pub fn start_s(&self, id: &TagId) -> Option<f64> {
        self.tag(id).map(|tag| tag.start_s)
    }

    /// The products of `tags`, each once, in their order.
    #[must_use]
    pub fn moment(&self, tags: &[TagId]) -> Vec<TaggedProduct> {
        self.distinct(tags.iter().filter_map(|id| self.tag(id)))
    }

    /// Every tagged product once, by its first tag in time.
    #[must_use]
    pub fn all(&self) -> Vec<TaggedProduct> {
        self.distinct(self.track.tags.iter())
    }

    /// A bag line for a variant that can be bought.
    #[must_use]
    pub fn line(
        &self,
        variant: &VariantId,
        quantity: u32,
        tag: Option<TagId>,
        now: Timestamp,
    ) -> Option<SavedLine> {
        let (product, variant) = self.variant(variant).filter(|(_, own)| own.available)?;
        let image = picture(product, Some(variant));
        Some(SavedLine {
            variant_id: variant.id.clone(),
            product_id: product.id.clone(),
            title: product.title.clone(),
            variant_label: variant_label(variant),
            brand_name: product.brand.name.clone(),
            image_url: image.map(|image| image.url.clone()),
            unit_price_minor: variant.price_minor,
            quantity: quantity.max(1),
            video: self.document.video.id.clone(),
            creator: tag.as_ref().map(|_| self.document.video.creator.clone()),
            tag,
            receipt: None,
            added_at: now,
        })
    }

    fn variant(&self, id: &VariantId) -> Option<(&Product, &Variant)> {
        self.document.products.iter().find_map(|product| {
            let variant = product.variants.iter().find(|variant| variant.id == *id)?;
            Some((product, variant))
        })
    }

    /// Where a product is in the document.
    fn product_place(&self, id: &ProductId) -> Option<usize> {
        let id_at = |place| product_id(&self.document, place);
        let found = find(&self.products, id.as_str(), &id_at).ok()?;
        self.products.get(found).copied()
    }

    fn tag(&self, id: &TagId) -> Option<&Tag> {
        let place = find(&self.tags, id.as_str(), &|place| tag_id(&self.track, place));
        self.track.tags.get(*self.tags.get(place.ok()?)?)
    }

    fn distinct<'a>(&self, tags: impl Iterator<Item = &'a Tag>) -> Vec<TaggedProduct> {
        let mut found: Vec<TaggedProduct> = Vec::new();
        for tag in tags {
            if let Some(product) = self.product_place(&tag.product)
                && !found.iter().any(|own| own.product == product)
            {
                found.push(TaggedProduct {
                    tag: tag.id.clone(),
                    product,
                    start_s: tag.start_s,
                });
            }
        }
        found
    }
}
