"""What every page is made of: template tags, form rendering, paging and charts."""
