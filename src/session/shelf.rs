//! The video's document with what is looked up in it all the time.

use std::collections::BTreeMap;
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
    products: BTreeMap<ProductId, usize>,
    tags: BTreeMap<TagId, usize>,
}

/// The picture that shows `variant`, else the product's first.
#[must_use]
pub fn picture<'a>(product: &'a Product, variant: Option<&Variant>) -> Option<&'a Image> {
    let own = variant
        .and_then(|variant| variant.image)
        .and_then(|index| product.images.get(usize::try_from(index).ok()?));
    own.or_else(|| product.images.first())
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
        let products: BTreeMap<_, _> = document
            .products
            .iter()
            .enumerate()
            .map(|(index, product)| (product.id.clone(), index))
            .collect();
        let tags = track
            .tags
            .iter()
            .enumerate()
            .map(|(index, tag)| (tag.id.clone(), index))
            .collect();
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
        self.document.products.get(*self.products.get(id)?)
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

    fn tag(&self, id: &TagId) -> Option<&Tag> {
        self.track.tags.get(*self.tags.get(id)?)
    }

    fn distinct<'a>(&self, tags: impl Iterator<Item = &'a Tag>) -> Vec<TaggedProduct> {
        let mut found: Vec<TaggedProduct> = Vec::new();
        for tag in tags {
            if let Some(&product) = self.products.get(&tag.product)
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
