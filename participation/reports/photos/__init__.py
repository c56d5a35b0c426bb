"""Pictures under a cover: faces and plates go before anyone else sees them."""
