"""Reports as feeds: by place, ward, kind or words."""
